/* How the search weighs what it finds: as Sphinx does, but an object's own name counts for more,
 * and a class comes before a function of the same letters: `Linear`, `linear`. */
var Scorer = {
  objNameMatch: 90,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
  score: ([, , , about, score]) => score + (about?.startsWith("Python class") ? 1 : 0),
};
