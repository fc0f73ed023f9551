package io.tourbillon.timer.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafeDequeTest {
  /** {@code FailingAllocationsTest} makes it fail to grow. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 16})
  void operations_inAnyOrder_doWhatThoseOfTheJdkDo(int room) {
    Random random = new Random(room);
    ArrayDeque<Integer> expected = new ArrayDeque<>();
    SafeDeque<Integer> deque = new SafeDeque<>(room);
    for (int step = 0; step < 20_000; step++) {
      Integer value = random.nextInt(100);
      switch (random.nextInt(12)) {
        case 0, 1, 2, 3, 4 -> assertEquals(expected.add(value), deque.add(value));
        case 5, 6, 7 -> assertEquals(expected.poll(), deque.poll());
        case 8 -> assertEquals(expected.removeLastOccurrence(value), deque.removeLast(value));
        case 9 -> assertEquals(expected.remove(value), deque.remove(value));
        case 10 -> deque.makeRoom();
        default -> {
          if (random.nextInt(1000) == 0) {
            expected.clear();
            deque.clear();
          }
        }
      }
      assertEquals(expected.peek(), deque.peek());
      assertEquals(expected.size(), deque.size());
    }
    assertEquals(List.copyOf(expected), List.copyOf(deque));
  }

  /** So it cannot fail to grow, after the JDK's deque has stored the element. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 16})
  void add_afterRoomWasMade_allocatesNothing(int room) {
    ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    boolean _ = new SafeDeque<String>(1).add("element"); // The first call allocates.
    long _ = memory.getCurrentThreadAllocatedBytes(); // As here.
    SafeDeque<String> deque = new SafeDeque<>(room);
    for (int size = 0; size < 5000; size++) {
      deque.makeRoom();
      long before = memory.getCurrentThreadAllocatedBytes();
      boolean _ = deque.add("element");
      assertEquals(before, memory.getCurrentThreadAllocatedBytes(), "at size " + size);
      if (size % 7 == 0) {
        String _ = deque.poll(); // The elements wrap around the end of the array.
      }
    }
  }

  @Test
  void poll_ofAnEmptyOne_isNull() {
    SafeDeque<String> deque = new SafeDeque<>(1);
    assertNull(deque.poll());
    assertNull(deque.peek());
  }
}
