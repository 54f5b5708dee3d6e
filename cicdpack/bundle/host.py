"""`Host`: what templates may ask about a workspace and its user, given by the caller instead of by a network."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from cicdpack._values import dataclass, field_names
from cicdpack.bundle.casing import lower
from cicdpack.gotemplate.errors import FunctionError

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_WORKSPACE = (
    "cannot determine target workspace, please first setup a configuration profile using 'databricks auth login'"
)
"""What the CLI says when no workspace is configured."""

_UUID = r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})


class HostValueMissing(FunctionError):
    """A template asks for a fact of the workspace that nobody gave. `text` is the CLI's message for that."""

    def __init__(self, name: str, text: str = _NO_WORKSPACE) -> None:
        super().__init__(text)
        self.name = name

    @property
    def hint(self) -> str:
        """The option that supplies the value."""
        return f"cicdpack asks no workspace; pass `--set {self.name}={_EXAMPLES[self.name]}`"


_EXAMPLES = {
    "workspace_host": "https://adb-123456789.0.azuredatabricks.net",
    "user_name": "jane.doe@example.com",
    "short_name": "jane_doe",
    "is_service_principal": "false",
    "default_catalog": "main",
    "smallest_node_type": "Standard_D3_v2",
    "warehouse_id": "1234567890abcdef",
    "record_deployment_history": "false",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Facts about a workspace; None where unknown. Some follow from others where they are not given themselves."""

    workspace_host: str | None = None
    user_name: str | None = None
    short_name: str | None = None
    is_service_principal: bool | None = None
    default_catalog: str | None = None
    smallest_node_type: str | None = None
    warehouse_id: str | None = None
    record_deployment_history: bool = False

    @classmethod
    def names(cls) -> frozenset[str]:
        """Return the names that `--set` takes for facts rather than parameters."""
        return frozenset(field_names(cls))

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> Host:
        """Build a host from `--set` texts. Raises `ValueError` with a sentence for a bad one."""
        values: dict[str, object] = {}
        for name, text in settings.items():
            if name in ("is_service_principal", "record_deployment_history"):
                if text not in _TRUE | _FALSE:
                    raise ValueError(f"`{name}` is `{text}`, expected `true` or `false`")
                values[name] = text in _TRUE
            else:
                values[name] = _canonical_host(text) if name == "workspace_host" else text
        return cls(**values)  # type: ignore[arg-type]

    def get_workspace_host(self) -> str:
        """Return the address of the workspace, with its scheme and without a path."""
        return self._get("workspace_host", self.workspace_host)

    def get_user_name(self) -> str:
        """Return the user's name: an address, or the application id of a service principal."""
        return self._get("user_name", self.user_name)

    def get_short_name(self) -> str:
        """Return the part before the `@`, in lower case, everything but letters and digits as single `_`."""
        if self.short_name is None and self.user_name is not None:
            return _short_name(self.user_name)
        return self._get("short_name", self.short_name)

    def get_is_service_principal(self) -> bool:
        """Tell whether the user is a service principal: its name is a UUID."""
        if self.is_service_principal is not None:
            return self.is_service_principal
        if self.user_name is None:
            raise HostValueMissing("is_service_principal")
        return re.fullmatch(_UUID, self.user_name) is not None

    def get_default_catalog(self) -> str:
        """Return the metastore's default catalog; empty where the workspace has none."""
        return self._get("default_catalog", self.default_catalog)

    def get_smallest_node_type(self) -> str:
        """Return the smallest node type of the workspace's cloud."""
        if self.smallest_node_type is not None:
            return self.smallest_node_type
        if self.workspace_host is None:
            raise HostValueMissing("smallest_node_type")
        if "azuredatabricks." in self.workspace_host or "databricks.azure." in self.workspace_host:
            return "Standard_D3_v2"
        return "n1-standard-4" if ".gcp.databricks.com" in self.workspace_host else "i3.xlarge"

    def get_warehouse_id(self) -> str:
        """Return the SQL warehouse that the format `warehouse_path` stands for."""
        return self._get("warehouse_id", self.warehouse_id)

    def _get(self, name: str, value: str | None) -> str:
        if value is None:
            raise HostValueMissing(name)
        return value


def _canonical_host(text: str) -> str:
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "https", text
    return f"{scheme}://{rest.partition('/')[0]}"


def _short_name(user_name: str) -> str:
    """Make a name of letters, digits and single underscores from what stands before the `@`."""
    local = lower(user_name.partition("@")[0])
    spelt = "".join(char if char.isalpha() or char.isdecimal() else "_" for char in local)
    return "_".join(part for part in spelt.split("_") if part)


class Deterministic:
    """Numbers and UUIDs that look random and are a function of a seed and of how often they were asked for."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._calls = 0

    def uuid(self) -> str:
        """Return the next UUID, in the shape of version 4."""
        return _uuid_from(self._next(b"uuid"))

    def bundle_uuid(self) -> str:
        """Return the UUID that is the same for the whole rendering."""
        return _uuid_from(self._digest(b"bundle_uuid", 0))

    def random_int(self, limit: int) -> int:
        """Return the next number from 0 up to, without, the limit."""
        if limit <= 0:
            raise FunctionError("invalid argument to IntN")
        return int.from_bytes(self._next(b"random_int"), "big") % limit

    def _next(self, purpose: bytes) -> bytes:
        self._calls += 1
        return self._digest(purpose, self._calls)

    def _digest(self, purpose: bytes, call: int) -> bytes:
        parts = (b"cicdpack", purpose, str(call).encode(), self._seed)
        return hashlib.sha256(b"\0".join(parts)).digest()


def _uuid_from(digest: bytes) -> str:
    """Shape 16 bytes as a UUID of version 4 (RFC 9562)."""
    octets = bytearray(digest[:16])
    octets[6] = octets[6] & 0x0F | 0x40
    octets[8] = octets[8] & 0x3F | 0x80
    text = octets.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
