package io.tourbillon.bench.subject;

/** The wheels that are compared. A number is the size of Agrona's wheel, in slots of a tick. */
public enum WheelKind {
  /** Ours. */
  OURS_WHEEL {
    @Override
    public WheelSubject open(int timers) {
      return new OursWheel();
    }
  },
  /** Agrona with a small wheel: long slots, each of which it searches for a free cell. */
  AGRONA_4096 {
    @Override
    public WheelSubject open(int timers) {
      return new AgronaWheel(4096);
    }
  },
  /** Agrona with a slot for every tick in use. Its timers carry no task. */
  AGRONA_65536 {
    @Override
    public WheelSubject open(int timers) {
      return new AgronaWheel(65_536);
    }
  },
  /** The same and a map from timer to task, which whoever wants to run something needs. */
  AGRONA_WITH_TASKS {
    @Override
    public WheelSubject open(int timers) {
      return new AgronaWheelWithTasks(65_536, timers);
    }
  };

  /** Makes a wheel that is going to hold so many timers. */
  public abstract WheelSubject open(int timers);
}
