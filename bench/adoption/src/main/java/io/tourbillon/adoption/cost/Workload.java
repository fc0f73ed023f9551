package io.tourbillon.adoption.cost;

import io.tourbillon.adoption.TimeSource;
import java.io.IOException;

/** Many equal calls of one library. */
interface Workload {
  /** Sets the library up, once for each JVM. Closing the session ends the library. */
  Session open(TimeSource source) throws Exception;

  /** A library that is ready. */
  interface Session extends AutoCloseable {
    /** Makes that many calls, and returns when the last has ended. */
    void run(int calls) throws Exception;

    @Override
    void close() throws IOException;
  }
}
