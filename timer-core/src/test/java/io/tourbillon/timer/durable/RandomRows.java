package io.tourbillon.timer.durable;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Writes rows of random content into all tables, as somebody with a tool might. */
final class RandomRows {
  private static final String TIMERS =
      """
      INSERT INTO tourbillon_timers
        (handler, timer_key, shard, due, version, written, attempts, dead, error, payload)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
      """;

  private static final String SHARDS =
      "INSERT INTO tourbillon_shards (shard, owner, epoch, owned_until) VALUES (?, ?, ?, ?)";

  private static final String NODES =
      "INSERT INTO tourbillon_nodes (node, lease, lease_until) VALUES (?, ?, ?)";

  private static final String HANDLERS =
      "INSERT INTO tourbillon_handlers (node, handler) VALUES (?, ?)";

  private static final String NOTICES =
      "INSERT INTO tourbillon_notices (shard, handler, timer_key) VALUES (?, ?, ?)";

  /** What a column of numbers gets, besides usual numbers. */
  private static final List<Object> ODD =
      List.of(
          Long.MIN_VALUE,
          Long.MAX_VALUE,
          Integer.MIN_VALUE,
          Integer.MAX_VALUE,
          -1L,
          0L,
          7L,
          1.5,
          Double.MAX_VALUE,
          "",
          "text",
          "12",
          new byte[] {1, 2, 3});

  private final Connection connection;
  private final Random random;
  private final OddTexts texts;
  private int written;
  private int refused;

  RandomRows(DataSource source, Random random) throws SQLException {
    this.connection = source.getConnection();
    this.random = random;
    this.texts = new OddTexts(random);
  }

  /** Writes so many rows, or tries to, and then closes the connection. */
  void write(int count) throws SQLException {
    try (connection) {
      for (int number = 0; number < count; number++) {
        writeOne();
      }
    }
  }

  int written() {
    return written;
  }

  /** How many the database has refused. */
  int refused() {
    return refused;
  }

  private void writeOne() {
    switch (random.nextInt(12)) {
      case 0 -> insert(SHARDS, number(), text(), number(), number());
      case 1 -> insert(NODES, text(), number(), number());
      case 2 -> insert(HANDLERS, text(), handler());
      case 3 -> insert(NOTICES, shard(), handler(), text());
      default ->
          insert(
              TIMERS,
              handler(),
              text(),
              shard(),
              number(),
              number(),
              number(),
              random.nextBoolean() ? 0 : number(),
              random.nextInt(3) > 0 ? 0 : number(),
              text(),
              payload());
    }
  }

  /** What a column of text gets. */
  private @Nullable Object text() {
    return switch (random.nextInt(12)) {
      case 0 -> null;
      case 1 -> new byte[] {0, -1, 'x'};
      case 2 -> random.nextLong();
      default -> texts.next(random.nextInt(600));
    };
  }

  private @Nullable Object handler() {
    return random.nextInt(3) == 0 ? text() : random.nextBoolean() ? "h" : "fails";
  }

  private @Nullable Object shard() {
    return random.nextInt(3) == 0 ? number() : 0;
  }

  private @Nullable Object number() {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextInt(4) == 0 ? null : ODD.get(random.nextInt(ODD.size()));
      case 1 -> random.nextLong();
      case 2 -> random.nextInt(-10, 10);
      default -> 1_000_000L * random.nextInt();
    };
  }

  private @Nullable Object payload() {
    return random.nextInt(8) == 0 ? text() : new byte[random.nextInt(100)];
  }

  private void insert(String sql, @Nullable Object... values) {
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      for (int index = 0; index < values.length; index++) {
        insert.setObject(index + 1, values[index]);
      }
      written += insert.executeUpdate();
    } catch (SQLException refusal) {
      refused++;
    }
  }
}
