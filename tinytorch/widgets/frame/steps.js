/** Controls of a figure in steps (`trait` and `playing`): a slider, First to Last, Play. */
export function steps(last, trait = "step") {
  const at = (view) => Math.min(view.state[trait], last(view));
  const [first, ended] = [(view) => !at(view), (view) => at(view) === last(view)];
  const go = (label, to, off) => ({
    label,
    off,
    press: (view) => ({ [trait]: to(view), playing: false }),
  });
  const all = (view) => Array.from({ length: last(view) + 1 }, (_, step) => step);
  return [
    {
      label: trait,
      value: at,
      values: all,
      set: (step) => ({ [trait]: step, playing: false }),
      text: (step, view) => `${step} of ${last(view)}`,
    },
    go("First", () => 0, first),
    go("Back", (view) => at(view) - 1, first),
    go("Forward", (view) => at(view) + 1, ended),
    go("Last", last, ended),
    {
      label: "Play",
      on: ({ state }) => state.playing,
      off: still,
      press: (view) => ({ playing: !view.state.playing, [trait]: ended(view) ? 0 : at(view) }),
    },
  ];
}

/** Goes a step every `pause` ms while `playing`, for a kind's `setup`; returns the cleanup. */
export function player(model, { view, set }, last, pause, trait = "step") {
  let timer;
  const next = () => {
    const now = view();
    set(
      now.state[trait] < last(now) && !still()
        ? { [trait]: now.state[trait] + 1 }
        : { playing: false },
    );
  };
  const play = () => {
    clearInterval(timer);
    if (model.get("playing")) timer = setInterval(next, pause);
  };
  model.on("change:playing", play);
  play();
  return () => {
    clearInterval(timer);
    model.off("change:playing", play);
  };
}

/** Readers who asked for less motion see states, not the way between them. */
export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
