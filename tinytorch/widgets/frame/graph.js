/** Where the boxes of a directed graph stand, left to right or downwards, and the ways between. */

/**
 * Nodes have a place `at` = [layer, row]; an edge is [node, source, bends], bends being places.
 * Returns whether layers run downwards, how wide a box is, the spot of a place in px, and of each
 * edge its path.
 */
export function layout({ nodes, edges, layers, rows, layer, row, gap, high, ...data }, w) {
  const down = data.down || w < 640;
  const pitch = w / (down ? rows : layers);
  const wide = Math.min(116, pitch - (down ? 8 : gap));
  const spot = ([i, j]) =>
    down
      ? [(j + 0.5) * pitch, i * layer + 18 + high / 2]
      : [(i + 0.5) * pitch, j * row + 18 + high / 2];
  const turn = ([x, y], on, aside) => (down ? [x + aside, y + on] : [x + on, y + aside]);
  const half = (i) => (nodes[i].kind ? (down ? high : wide) / 2 : 16);

  /** Where each edge meets a box: beside the others there, in the order of their other ends. */
  const ports = (end) => {
    const at = [];
    const far = (edge) => {
      const bend = end ? edge[2][0] : edge[2].at(-1);
      return spot(bend ?? nodes[edge[1 - end]].at)[down ? 0 : 1];
    };
    nodes.forEach((_, i) => {
      const own = edges.flatMap((edge, k) => (edge[end] === i ? [k] : []));
      own.sort((k, l) => far(edges[k]) - far(edges[l]) || k - l);
      const apart = Math.min(34, (0.8 * (down ? wide : high)) / own.length);
      own.forEach((k, n) => (at[k] = (n - (own.length - 1) / 2) * apart));
    });
    return at;
  };
  const [ins, outs] = [ports(0), ports(1)];
  const ways = edges.map(([to, from, bends], edge) => {
    const points = [
      turn(spot(nodes[from].at), half(from), outs[edge]),
      ...bends.map(spot),
      turn(spot(nodes[to].at), -half(to), ins[edge]),
    ];
    let d = `M${points[0]}`;
    points.reduce((p, q) => {
      const reach = (down ? q[1] - p[1] : q[0] - p[0]) / 2;
      d += `C${turn(p, reach, 0)} ${turn(q, -reach, 0)} ${q}`;
      return q;
    });
    return d;
  });
  return { down, wide, spot, ways };
}
