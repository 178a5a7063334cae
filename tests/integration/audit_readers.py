"""Who reads the audit trail in tests."""

from typing import Final

from schema.access_records import EVERYTHING
from schema.audit_records import AuditReader

EVERYBODY: Final = AuditReader(account_id=0, everybody=True, procuratorate_ids=(), highest=True, scope=EVERYTHING)
"""Reads everybody's entries, and may know of every case."""
