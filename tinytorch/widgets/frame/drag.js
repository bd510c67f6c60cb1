/** A finger that starts off a handle may be scrolling: it has to move sideways first, or tap. */
export function dragging(svg, move, state) {
  let held = null;
  const point = (event) => {
    const box = svg.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const go = (event, first, done) => {
    if (!held) return;
    const at = point(event);
    const [across, along] = [Math.abs(at.x - held.x0), Math.abs(at.y - held.y0)];
    held.sure ||= done || (across > 10 && across > along);
    if (held.sure) move({ ...held, ...at, first });
  };
  // `touch-action: none` does not hold on a part of a drawing.
  const hold = (event) => event.target.closest(".tt-handle") && event.preventDefault();
  svg.addEventListener("touchstart", hold, { passive: false });
  svg.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const { x, y } = point(event);
    const sure = event.pointerType !== "touch" || Boolean(event.target.closest(".tt-handle"));
    held = {
      x0: x,
      y0: y,
      sure,
      from: state(),
      pick: event.target.closest("[data-pick]")?.dataset.pick,
    };
    svg.setPointerCapture(event.pointerId);
    svg.classList.add("tt-held");
    go(event, true);
  });
  svg.addEventListener("pointermove", (event) => go(event, false));
  svg.addEventListener("pointerup", (event) => go(event, false, true));
  svg.addEventListener("lostpointercapture", () => {
    held = null;
    svg.classList.remove("tt-held");
  });
}
