package io.tourbillon.timer.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class FirstTableTest {
  /** The table of a map has 16 places of 4 bytes at least. */
  private static final long TABLE_BYTES = 64;

  private static long bytesOfFirstPut(Map<String, String> map) {
    ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = memory.getCurrentThreadAllocatedBytes();
    String _ = map.put("key", "value");
    return memory.getCurrentThreadAllocatedBytes() - before;
  }

  private static void check(Supplier<Map<String, String>> maker) {
    long _ = bytesOfFirstPut(maker.get()); // The first call allocates.
    Map<String, String> made = FirstTable.of(maker.get());
    assertTrue(made.isEmpty());
    long saved = bytesOfFirstPut(maker.get()) - bytesOfFirstPut(made);
    assertTrue(saved >= TABLE_BYTES, () -> "the first put still makes the table: " + saved);
    assertEquals(Map.of("key", "value"), made);
  }

  @Test
  void map_firstPut_findsATable() {
    check(HashMap::new);
    check(LinkedHashMap::new);
  }
}
