package io.tourbillon.bench.demo;

import java.io.Closeable;
import java.io.IOException;

/** A timeout of a connection: closes it, which ends whatever is being done with it. */
final class Closer extends CheckedTimer {
  private final Closeable connection;

  Closer(Account account, Closeable connection) {
    super(account);
    this.connection = connection;
  }

  @Override
  void fire() {
    closeQuietly(connection);
  }

  static void closeQuietly(Closeable connection) {
    try {
      connection.close();
    } catch (IOException e) {
      // A connection that can not be closed is as good as closed; who uses it finds out.
    }
  }
}
