/* How the search weighs what it finds: as Sphinx does, but an object's own name counts for more. */
var Scorer = {
  objNameMatch: 90,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
