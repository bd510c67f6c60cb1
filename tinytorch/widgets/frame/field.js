/**
 * A function of two inputs from a table: its value z and both slopes at every point of a grid.
 * Between the points it is the bicubic piece through them, so that a walk need not keep to them.
 */

const made = new WeakMap();

/** {rows, at}: a table's rows by name (z, za, zb), and [z, za, zb] at any point of the map. */
export function field({ a, b }, bytes) {
  if (made.has(bytes)) return made.get(bytes);
  const [n, m] = [a.length, b.length];
  const numbers = new Float32Array(bytes.buffer.slice(bytes.byteOffset), 0, 3 * n * m);
  const rows = {};
  ["z", "za", "zb"].forEach((name, k) => {
    const row = (_, i) => numbers.subarray((k * n + i) * m, (k * n + i + 1) * m);
    rows[name] = a.map(row);
  });
  const { z, za, zb } = rows;
  const [da, db] = [a[1] - a[0], b[1] - b[0]];
  const zab = (i, j) => {
    const [low, high] = [Math.max(i - 1, 0), Math.min(i + 1, n - 1)];
    return (zb[high][j] - zb[low][j]) / (a[high] - a[low]);
  };
  /** The cell and the place in it, from 0 to 1; a point of the grid is exactly that. */
  const place = (values, value, step) => {
    const share = Math.min(Math.max((value - values[0]) / step, 0), values.length - 1);
    const near = Math.round(share);
    const exact = Math.abs(share - near) < 1e-5 ? near : share;
    const i = Math.min(Math.floor(exact), values.length - 2);
    return [i, exact - i];
  };
  const at = (x, y) => {
    const [[i, s], [j, t]] = [place(a, x, da), place(b, y, db)];
    const nearest = [z, za, zb].map((table) => table[i + Math.round(s)][j + Math.round(t)]);
    if (s % 1 === 0 && t % 1 === 0) return nearest;
    const along = (k) => [
      cubic(s, z[i][k], z[i + 1][k], za[i][k] * da, za[i + 1][k] * da),
      cubic(s, zb[i][k], zb[i + 1][k], zab(i, k) * da, zab(i + 1, k) * da),
    ];
    const [[low, lowUp], [high, highUp]] = [along(j), along(j + 1)];
    const [value, up] = cubic(t, low[0], high[0], lowUp[0] * db, highUp[0] * db);
    const [over] = cubic(t, low[1], high[1], lowUp[1] * db, highUp[1] * db);
    const found = [value, over / da, up / db];
    return found.every(Number.isFinite) ? found : nearest;
  };
  made.set(bytes, { rows, at });
  return made.get(bytes);
}

/** The cubic with values f and slopes d at 0 and 1: its value and its slope at s. */
function cubic(s, f0, f1, d0, d1) {
  const [c, d] = [3 * (f1 - f0) - 2 * d0 - d1, 2 * (f0 - f1) + d0 + d1];
  return [f0 + s * (d0 + s * (c + s * d)), d0 + s * (2 * c + 3 * s * d)];
}
