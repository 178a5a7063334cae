"""A measure as a document (文书): what its record says, as a DOCX that is printed, sealed and served."""

from datetime import date
from io import BytesIO
from typing import Any, Final

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt
from starlette.requests import Request
from starlette.responses import Response

from api.context import Context
from api.masking import Shown
from api.mutations.changing import RefusedError, read_id
from api.responses import error_response, refusal
from api.types.node import may_know
from schema.access_vocabularies import AuditAction
from schema.audit_records import Deed
from schema.measure_records import Measure
from stores.audit_trail import caller_of, write_entries
from stores.errors import BadUserInputError
from supervision.legible import legible
from supervision.measure_drafting import GAP, templates
from supervision.sentences import chinese_day

_NOT_FOUND: Final = 404
_MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_NONE: Final = "There is no measure under this link. Take `document` as a query returned it."
_FONT: Final = "仿宋"
_INDENT: Final = Pt(32)
_BODY, _HEADING = Pt(16), Pt(22)


async def measure_document(request: Request) -> Response:
    """The measure as a DOCX; 404 where the link names none that whoever asks may see."""
    context = Context.fresh(request.state.services, request.state.viewer)
    try:
        measure_id = read_id(request.path_params["id"], "Measure", "id")
    except RefusedError:
        return error_response(BadUserInputError(_NONE), _NOT_FOUND)
    try:
        known = may_know(context.viewer, "Measure")
        measure = await context.loaders.measures.load(measure_id) if known else None
        if measure is None:
            return error_response(BadUserInputError(_NONE), _NOT_FOUND)
        context.gate.require(measure)
        home = measure.procuratorate_id
        procuratorate = None if home is None else await context.loaders.procuratorates.load(home)
        written = document_of(measure, context.shown, None if procuratorate is None else procuratorate.name)
        await _write_down(context, measure)
    except Exception as error:  # noqa: BLE001  whatever it is, it must reach nobody unmasked
        return refusal(error)
    headers = {
        "Content-Disposition": f'attachment; filename="measure-{measure.id}.docx"',
        "Cache-Control": "no-store",
    }
    return Response(written, media_type=_MEDIA_TYPE, headers=headers)


async def _write_down(context: Context, measure: Measure) -> None:
    """Keep who took it, before it is given."""
    deed = Deed(
        action=AuditAction.EXPORT,
        operation="measureDocument",
        detail={"measure": measure.id},
        case_ids=measure.case_ids,
        result_count=1,
        index_version=context.services.versions.record,
    )
    caller = caller_of(context.viewer)
    await context.services.database.alone(lambda connection: write_entries(connection, caller, [deed]))


def document_of(measure: Measure, shown: Shown, procuratorate: str | None) -> bytes:
    """The document of a measure, natural persons' names as they may be shown."""

    def told(text: str) -> str:
        return legible(shown.written(text, measure.person_names) or "")

    home = legible(procuratorate or GAP)
    document = Document()
    style: Any = document.styles["Normal"]
    style.font.size = _BODY
    style.font.name = _FONT
    # Chinese characters have a font of their own.
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    _centred(document, home)
    _centred(document, templates()[measure.kind].heading)
    document.add_paragraph(legible(measure.number or GAP)).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph(f"{told(measure.addressee)}：")
    for line in told(measure.text).splitlines():
        paragraph = document.add_paragraph(line)
        paragraph.paragraph_format.first_line_indent = _INDENT
    for line in (home, _dated(measure.issued_on), *_copied(measure)):
        document.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _centred(document: Any, line: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(line)
    run.bold, run.font.size = True, _HEADING


def _dated(day: date | None) -> str:
    return f"{GAP}年{GAP}月{GAP}日" if day is None else chinese_day(day)


def _copied(measure: Measure) -> list[str]:
    return ["抄送：同级人民政府法制工作机构"] if measure.copy_to_legal_office else []
