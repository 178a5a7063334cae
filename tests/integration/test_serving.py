"""What `jiandu serve` does with its process."""

import gc

from pydantic import SecretStr

from commands.serve import make_app
from stores.settings import Settings
from tests.conftest import TEST_KEY, TestDatabase, dsn


async def test_what_a_server_starts_with_holds_up_no_request_as_garbage_to_be_looked_through(
    database_urls: TestDatabase,
) -> None:
    settings = Settings(database_url=SecretStr(dsn(database_urls.application)), data_key=SecretStr(TEST_KEY))
    app = make_app(settings, "127.0.0.1")
    try:
        async with app.router.lifespan_context(app):
            assert len(gc.get_objects()) < gc.get_freeze_count()
    finally:
        gc.unfreeze()
