package io.tourbillon.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdleMemoryTest {
  private static final long MOST_BYTES = 100_000;

  /** There is a shard for each processor, and tables of a shard that nobody has used are empty. */
  @Test
  void idleService_on64Processors_takes100Kilobytes(@TempDir Path folder) throws Exception {
    List<String> bytes =
        ChildJvm.run(
            folder, IdleMemoryRun.class, "-XX:ActiveProcessorCount=64", "-XX:+UseSerialGC");
    assertEquals(2, bytes.size(), bytes::toString);
    bytes.forEach(
        each -> {
          long used = Long.parseLong(each);
          assertTrue(used > 0 && used <= MOST_BYTES, bytes::toString);
        });
  }
}
