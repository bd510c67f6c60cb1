"""Rows of the table of operations: Einstein summation."""

import numpy as np

from .row import Operation, case, normal, refusal

EINSUM = (
    Operation(
        "einsum",
        "EinsumBackward",
        lambda t, *xs, equation: t.einsum(equation, *xs),
        lambda *xs, equation: np.array(np.einsum(equation, *xs)),
        (
            case(normal(2, 3), normal(3, 4), equation="ij,jk->ik"),
            case(normal(2, 3), normal(3, 4), equation="ij,jk"),
            case(normal(2, 3), equation="ij->ji"),
            case(normal(2, 3), equation="ij->"),
            case(normal(2, 3), equation="ij->i"),
            case(normal(3), normal(2), equation="i,j->ij"),
            case(normal(3), normal(3), equation="i,i->"),
            case(normal(2, 3), normal(2, 3), equation="ij,ij->i"),
            case(normal(2, 3), normal(3), equation="ij,j->ij"),
            case(normal(2, 3), normal(2), equation="ij,k->k"),
            case(normal(2, 2, 3), normal(2, 3, 2), equation="bij,bjk->bik"),
            case(normal(2, 2, 3), normal(3, 2), equation="...ij,jk->...ik"),
            case(normal(2, 1, 2, 3), normal(2, 3, 2), equation="...ij,...jk->...ik"),
            case(normal(3, 3), equation="ii->"),
            case(normal(3, 3), equation="ii->i"),
            case(normal(2, 3, 3), normal(3), equation="bii,i->b"),
            case(normal(2, 2), normal(2, 2), normal(2, 2), equation="ij,jk,kl->il"),
            case(normal(0, 3), normal(3, 2), equation="ij,jk->ik"),
            case(normal(2, 1), normal(3, 4), equation="ij,jk->ik"),
        ),
        (),
        (
            refusal(
                normal(2, 3),
                normal(2, 3),
                equation="ij,jk->ik",
                message="einsum: 'ij,jk->ik': 'j' has length 3 in one operand and 2 in another",
            ),
            refusal(
                normal(2, 3),
                equation="ij,jk->ik",
                message="einsum: 'ij,jk->ik' names 2 operands, but 1 were given",
            ),
            refusal(
                normal(2, 3),
                equation="ijk->i",
                message="einsum: 'ijk->i': 'ijk' names 3 axes, its operand has shape (2, 3)",
            ),
            refusal(
                normal(2, 3),
                equation="ij->k",
                message="einsum: 'ij->k': 'k' must stand in the result once, and in an operand",
            ),
        ),
    ),
)
