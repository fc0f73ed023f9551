package io.tourbillon.adoption;

import io.lettuce.core.resource.ClientResources;
import io.tourbillon.adoption.TimeSource.Own;
import io.tourbillon.adoption.TimeSource.Tourbillon;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.netty.NettyTimer;

/** Lettuce: its timer ends commands that take too long, and delays reconnects. */
public final class LettuceRecipe {
  private LettuceRecipe() {}

  /** Lettuce does not stop a timer that it was given. */
  public static ClientResources resources(TimeSource source) {
    return switch (source) {
      case Own _ -> ClientResources.create();
      case Tourbillon(TimerService timers, _) ->
          ClientResources.builder().timer(new NettyTimer(timers)).build();
    };
  }
}
