"""Phone numbers covered up in a whole document: what stands in a name or a remark is not forgotten."""

from dataclasses import replace

from evacsim.report.leaders.document import (
    Beside,
    Block,
    Card,
    Cards,
    Cell,
    Document,
    Heading,
    Paragraph,
    Run,
    Table,
)
from evacsim.scenario.masking import masked_phones


def covered(document: Document) -> Document:
    """Return a document in which no phone number can be read."""
    return replace(document, title=masked_phones(document.title), blocks=tuple(map(_block, document.blocks)))


def _block(block: Block) -> Block:
    match block:
        case Heading():
            return replace(block, text=masked_phones(block.text))
        case Paragraph():
            return replace(block, runs=tuple(Run(masked_phones(run.text), run.bold) for run in block.runs))
        case Table():
            return replace(block, rows=[tuple(_cell(cell) for cell in row) for row in block.rows])
        case Beside():
            return replace(block, left=tuple(map(_block, block.left)), right=tuple(map(_block, block.right)))
        case Cards():
            return Cards(tuple(_card(card) for card in block.cards))
    return block


def _cell(cell: Cell) -> Cell:
    return cell._replace(text=masked_phones(cell.text))


def _card(card: Card) -> Card:
    return Card(masked_phones(card.title), tuple((label, masked_phones(said)) for label, said in card.lines))
