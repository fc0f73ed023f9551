package io.tourbillon.timer;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Options of one timer. A timer with the default options costs nothing more.
 *
 * @param tag a name for the kind or owner of the timer, by which {@link TimerDump} counts; or null
 * @param missedTick for timers at a fixed rate; SKIP by default
 * @param onException for periodic timers; CONTINUE by default
 * @param slack how much later than its deadline the timer may fire, zero by default. Of the ticks
 *     from the deadline to deadline and slack, the timer fires at the one whose number is a
 *     multiple of the highest power of two. So timers with slack fire together: with a tick of 1 ms
 *     and a slack of 100 ms, all of them at multiples of 64 ms, some at multiples of 128 ms and
 *     more. Many timers with slack wake the driver less often. A slack shorter than a tick has no
 *     effect. A rescheduled timer keeps its slack. The slack of a periodic timer must be shorter
 *     than its period; it does not shift the deadlines of later runs
 * @param group the group of the timer, or null
 */
public record TimerOptions(
    @Nullable String tag,
    MissedTick missedTick,
    OnException onException,
    Duration slack,
    @Nullable TimerGroup group) {
  private static final TimerOptions DEFAULTS = builder().build();

  /** Checks that only the tag and the group are null, and that the slack is not negative. */
  public TimerOptions {
    Objects.requireNonNull(missedTick, "missedTick");
    Objects.requireNonNull(onException, "onException");
    TimerService.Builder.requireNotNegative("slack", slack);
  }

  /** Whether a timer that fires once needs to remember none of these options. */
  boolean isPlain() {
    return tag == null && group == null && slack.isZero();
  }

  /** The default options. */
  public static TimerOptions defaults() {
    return DEFAULTS;
  }

  /** The defaults with a tag. */
  public static TimerOptions tagged(String tag) {
    return builder().tag(tag).build();
  }

  /** The defaults with a group. */
  public static TimerOptions inGroup(TimerGroup group) {
    return builder().group(group).build();
  }

  /** A builder with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects options; each method returns this builder. Not thread-safe. */
  public static final class Builder {
    private @Nullable String tag;
    private MissedTick missedTick = MissedTick.SKIP;
    private OnException onException = OnException.CONTINUE;
    private Duration slack = Duration.ZERO;
    private @Nullable TimerGroup group;

    private Builder() {}

    /** Sets a name for the kind or owner of the timer. */
    public Builder tag(String tag) {
      this.tag = Objects.requireNonNull(tag, "tag");
      return this;
    }

    /** Sets what a timer at a fixed rate does about missed runs. */
    public Builder missedTick(MissedTick missedTick) {
      this.missedTick = Objects.requireNonNull(missedTick, "missedTick");
      return this;
    }

    /** Sets what a periodic timer does after a run that threw. */
    public Builder onException(OnException onException) {
      this.onException = Objects.requireNonNull(onException, "onException");
      return this;
    }

    /**
     * Sets how much later than its deadline the timer may fire.
     *
     * @throws IllegalArgumentException if the slack is negative
     */
    public Builder slack(Duration slack) {
      TimerService.Builder.requireNotNegative("slack", slack);
      this.slack = slack;
      return this;
    }

    /** Sets the group that the timer joins. */
    public Builder group(TimerGroup group) {
      this.group = Objects.requireNonNull(group, "group");
      return this;
    }

    /** The options collected so far. */
    public TimerOptions build() {
      return new TimerOptions(tag, missedTick, onException, slack, group);
    }
  }
}
