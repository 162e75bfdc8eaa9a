"""The syntax tree: one class a construct, all of them reachable as `ast.Name`."""

from sigilc.syntax.ast_base import *  # noqa: F403
from sigilc.syntax.ast_expressions import *  # noqa: F403
from sigilc.syntax.ast_items import *  # noqa: F403
from sigilc.syntax.ast_stages import *  # noqa: F403
from sigilc.syntax.ast_types import *  # noqa: F403
