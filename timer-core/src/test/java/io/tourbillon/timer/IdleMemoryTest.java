package io.tourbillon.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdleMemoryTest {
  /** Of these, 48 KB are the driver's reserve for a full heap. */
  private static final long MOST_BYTES = 110_000;

  /** A page for a thousand timers, and the thread. */
  private static final long MORE_BYTES = 50_000;

  /** There are 32 shards on so many processors. Tables that nobody has used are empty. */
  @Test
  void idleService_on64Processors_takes100Kilobytes(@TempDir Path folder) throws Exception {
    List<String> bytes =
        ChildJvm.run(
            folder, IdleMemoryRun.class, "-XX:ActiveProcessorCount=64", "-XX:+UseSerialGC");
    assertEquals(2, bytes.size(), bytes::toString);
    long fresh = Long.parseLong(bytes.getFirst());
    assertTrue(fresh > 0 && fresh < MOST_BYTES, bytes::toString);
    long used = Long.parseLong(bytes.getLast());
    assertTrue(used > fresh && used < MOST_BYTES + MORE_BYTES, bytes::toString);
  }
}
