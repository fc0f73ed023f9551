package io.tourbillon.timer;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Options of one timer. A timer with the default options costs nothing more.
 *
 * @param tag a name for the kind or owner of the timer, by which {@link TimerDump} counts; or null
 * @param missedTick for timers at a fixed rate; SKIP by default
 * @param onException for periodic timers; CONTINUE by default
 */
public record TimerOptions(@Nullable String tag, MissedTick missedTick, OnException onException) {
  private static final TimerOptions DEFAULTS =
      new TimerOptions(null, MissedTick.SKIP, OnException.CONTINUE);

  /** Checks that nothing but the tag is null. */
  public TimerOptions {
    Objects.requireNonNull(missedTick, "missedTick");
    Objects.requireNonNull(onException, "onException");
  }

  /** The default options. */
  public static TimerOptions defaults() {
    return DEFAULTS;
  }

  /** The defaults with a tag. */
  public static TimerOptions tagged(String tag) {
    return builder().tag(tag).build();
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

    /** The options collected so far. */
    public TimerOptions build() {
      return new TimerOptions(tag, missedTick, onException);
    }
  }
}
