"""The evidence analysis: which values are known, asserted or reported, and where more trust is demanded."""

from sigilc.check.evidence.check_evidence import check_evidence as check_evidence
