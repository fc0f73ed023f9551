package io.tourbillon.bench.durable;

import java.io.IOException;

/** A database for one measurement. */
public interface Database extends AutoCloseable {
  /** The URL of JDBC, which other processes may use as well. */
  String url();

  /** Ends and removes it. If this thread is interrupted, that goes on without it. */
  @Override
  void close() throws IOException;
}
