package io.tourbillon.timer.durable;

import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.Stores;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;

/** Owners of shards in a database whose sequences hand out blocks of numbers. */
@Tag("programs")
@Tag("long")
class PostgresCountingOwnersTest extends PostgresOwnersTest {
  @Override
  Store store(DataSource source, String prefix) {
    return Stores.thatCountsInTable(source, prefix);
  }
}
