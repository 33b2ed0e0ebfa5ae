"""The keys that sign audit logs: each is written down before it signs anything."""

from service.audit.checkpoint import key_id_of
from service.audit.signer import Signer, introduced
from service.link.link import Link
from service.store import audit
from service.vault import Vault


async def introduce(link: Link, vault: Vault, now_ms: int) -> dict[str, Signer]:
    """Writes the key of the secret in force down, vouched for by one that is known here and there; gives all keys.

    `rotate-key` does, as it knows both secrets, and whoever seals, as there may be no key yet.
    """
    known = await audit.read_signers(link)
    if key_id_of(vault.audit_key.public_key()).hex() in known:
        return known
    before = [key for key in vault.audit_keys if key_id_of(key.public_key()).hex() in known]
    await audit.add_signer(link, introduced(vault.audit_key, now_ms, before[0] if before else None))
    return await audit.read_signers(link)
