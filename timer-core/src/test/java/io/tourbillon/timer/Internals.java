package io.tourbillon.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tourbillon.timer.internal.longs.LongWheels;
import io.tourbillon.timer.wheel.EntryWheel;
import io.tourbillon.timer.wheel.TimingWheel;
import java.lang.ref.Reference;

/** Internal state of a service at rest that the public API does not show. */
final class Internals {
  private static final int ATTEMPTS = 100;

  private Internals() {}

  static Shard[] shards(TimerService timers) {
    return (Shard[]) field(ShardedTimerService.class, timers, "shards");
  }

  /** Whether memory of a peak has not been freed yet. */
  static boolean isTrimmable(TimerService timers) {
    for (Shard shard : shards(timers)) {
      if (shard.isTrimmable()) {
        return true;
      }
    }
    return false;
  }

  /** Checks the structure of all wheels; no operation may be in progress. */
  static void checkInvariants(TimerService timers) {
    for (Shard shard : shards(timers)) {
      // Takes the lock, so that this thread sees the writes of the driver.
      shard.pending();
      ((TimingWheel<?>) field(Shard.class, shard, "tasks")).checkInvariants();
      ((EntryWheel<?>) field(Shard.class, shard, "handles")).checkInvariants();
      if (field(Shard.class, shard, "longs") instanceof LongWheels<?> longs) {
        longs.checkInvariants();
      }
    }
  }

  /** Makes every wheel of tasks without handles fail when it needs one more chunk of cells. */
  static void exhaustChunks(TimerService timers) {
    for (Shard shard : shards(timers)) {
      Object wheel = field(Shard.class, shard, "tasks");
      Class<?> common = wheel.getClass().getSuperclass().getSuperclass();
      Object slots = field(common, wheel, "slots");
      assertEquals(0, field(slots.getClass(), slots, "freeCount"), "no chunk may be free");
      try {
        var chunkIds = slots.getClass().getDeclaredField("chunkIds");
        chunkIds.setAccessible(true);
        chunkIds.setInt(slots, 1 << 25);
      } catch (ReflectiveOperationException e) {
        throw new LinkageError("chunkIds", e);
      }
    }
  }

  /** Whether nothing else refers to the object. */
  static boolean isCollected(Reference<?> reference) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (reference.refersTo(null)) {
        return true;
      }
      System.gc();
    }
    return false;
  }

  private static Object field(Class<?> type, Object object, String name) {
    try {
      var field = type.getDeclaredField(name);
      field.setAccessible(true);
      return field.get(object);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no field " + name + " in " + type, e);
    }
  }
}
