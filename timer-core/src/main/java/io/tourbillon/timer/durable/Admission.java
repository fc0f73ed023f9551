package io.tourbillon.timer.durable;

import io.tourbillon.timer.internal.store.TimerKey;

/** Which timers come into memory. Thread-safe. */
interface Admission {
  /** Admits all. */
  Admission ALL =
      new Admission() {
        @Override
        public boolean admits(TimerKey key) {
          return true;
        }

        @Override
        public boolean admitMore() {
          return false;
        }
      };

  /** Whether some process has the handler of a timer. May report that none has. */
  boolean admits(TimerKey key);

  /** Admits those that can fire since some process has come. Returns whether there are such. */
  boolean admitMore();
}
