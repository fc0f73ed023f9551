package io.tourbillon.timer.wheel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IdTableTest {
  @Test
  void randomOperations_agreeWithAMap() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    IdTable<String> table = new IdTable<>(1 << 16);
    Map<Long, String> model = new HashMap<>();
    Set<Long> given = new HashSet<>();
    for (int step = 0; step < 50_000; step++) {
      if (model.size() < 5_000 && random.nextInt(5) < 3) {
        long id = table.add("object " + step);
        assertTrue(id > 0 && given.add(id), "seed " + seed + ": id given twice: " + id);
        model.put(id, "object " + step);
      } else if (!model.isEmpty()) {
        long id = model.keySet().iterator().next();
        assertEquals(model.remove(id), table.get(id), "seed " + seed);
        table.remove(id);
        table.remove(id);
        assertNull(table.get(id), "seed " + seed);
      }
    }
    model.forEach((id, object) -> assertEquals(object, table.get(id), "seed " + seed));
    model.keySet().forEach(table::remove);
    while (table.isTrimmable()) {
      table.trim(1);
    }
    given.forEach(id -> assertNull(table.get(id)));
  }

  @Test
  void add_toAFullTable_isRefused() {
    IdTable<String> table = new IdTable<>(1024);
    long first = table.add("first");
    for (int i = 1; i < 1024; i++) {
      table.add("another");
    }
    assertThrows(IllegalStateException.class, () -> table.add("one more"));
    table.remove(first);
    long next = table.add("next");
    assertEquals("next", table.get(next));
    assertFalse(next == first);
  }
}
