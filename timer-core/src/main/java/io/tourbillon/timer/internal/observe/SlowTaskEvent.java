package io.tourbillon.timer.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** A task took longer than the threshold of the recording. Recorded by the thread that ran it. */
@Name("tourbillon.SlowTask")
@Label("Slow Task")
@Category("Tourbillon")
@Description("A timer's task ran for longer than the threshold; the event's duration is the run")
@Threshold("10 ms")
@StackTrace(false)
public final class SlowTaskEvent extends Event {
  /** Tells whether the event is recorded, without an allocation even in interpreted code. */
  private static final SlowTaskEvent PROBE = new SlowTaskEvent();

  @Label("Task")
  @Description("Tag of the timer, or else the class of the task that was passed in")
  @Nullable String task;

  @Label("Timer Id")
  @Description(
      "Id of the timer, as a TimerListener receives it; 0 for one with a handle if there is no listener")
  long timerId;

  @Label("Wait Time")
  @Description("From being taken out of the wheel to the start of the task, by the service's clock")
  @Timespan(Timespan.NANOSECONDS)
  long waitTime;

  @Label("Run Time")
  @Description("From the start of the task to its end, by the service's clock")
  @Timespan(Timespan.NANOSECONDS)
  long runTime;

  static boolean isRecorded() {
    return PROBE.isEnabled();
  }

  /** Begins an event, before the start of a task. */
  public static SlowTaskEvent begun() {
    SlowTaskEvent event = new SlowTaskEvent();
    event.begin();
    return event;
  }

  /** Ends the event after a task. Returns true if {@link #record} must be called. */
  public boolean ended() {
    end();
    return shouldCommit();
  }

  /** Records the run. The parameters are the values of the fields. */
  public void record(String name, long id, long waitNanos, long runNanos) {
    task = name;
    timerId = id;
    waitTime = waitNanos;
    runTime = runNanos;
    commit();
  }
}
