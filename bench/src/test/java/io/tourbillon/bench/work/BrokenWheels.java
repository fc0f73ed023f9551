package io.tourbillon.bench.work;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.WheelSink;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Wheels that do something wrong with their fifth timer. */
enum BrokenWheels implements Supplier<ModelWheel> {
  LOSES {
    @Override
    void expire(long id, WheelSink sink) {}
  },
  DOUBLES {
    @Override
    void expire(long id, WheelSink sink) {
      report(id, sink);
      report(id, sink);
    }
  },
  /** As many expire as should. */
  MISTAKES_ONE_FOR_ANOTHER {
    @Override
    void expire(long id, WheelSink sink) {
      report(id + 1, sink);
    }
  },
  EARLY {
    @Override
    long deadlineTick(long deadlineTick) {
      return deadlineTick - 1;
    }
  },
  LATE {
    @Override
    long deadlineTick(long deadlineTick) {
      return deadlineTick + 1;
    }
  };

  private static final int WRONG_ID = 5;

  long deadlineTick(long deadlineTick) {
    return deadlineTick;
  }

  void expire(long id, WheelSink sink) {
    report(id, sink);
  }

  private static void report(long id, WheelSink sink) {
    sink.onTimerExpiry(TimeUnit.MILLISECONDS, 0, id);
  }

  @Override
  public ModelWheel get() {
    return new ModelWheel() {
      private int armed;

      @Override
      public long arm(long deadlineTick, SubjectTask task) {
        armed++;
        return super.arm(armed == WRONG_ID ? deadlineTick(deadlineTick) : deadlineTick, task);
      }

      @Override
      void expire(long id, WheelSink sink) {
        if (id == WRONG_ID) {
          BrokenWheels.this.expire(id, sink);
        } else {
          super.expire(id, sink);
        }
      }
    };
  }
}
