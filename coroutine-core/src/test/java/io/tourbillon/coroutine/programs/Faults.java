package io.tourbillon.coroutine.programs;

import io.tourbillon.coroutine.channel.Channel;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The faults that a run has on purpose; with {@link Twin#NONE} none. */
final class Faults {
  private final Twin twin;
  private final AtomicInteger cancellations = new AtomicInteger();
  private final AtomicInteger channelsMade = new AtomicInteger();

  Faults(Twin twin) {
    this.twin = twin;
  }

  boolean is(Twin other) {
    return twin == other;
  }

  /** Returns a name that is part of no other name. */
  static String nameOf(int channel) {
    return "channel<" + Program.channelName(channel) + ">";
  }

  Channel<String> channel(int capacity) {
    Channel.Builder<String> builder =
        Channel.<String>builder().name(nameOf(channelsMade.getAndIncrement()));
    if (capacity == 0) {
      return builder.rendezvous();
    }
    return is(Twin.DROPS_VALUES) ? builder.droppingOldest(capacity) : builder.buffered(capacity);
  }

  boolean losesCancellation() {
    return is(Twin.LOSES_CANCELLATIONS) && cancellations.incrementAndGet() % 2 == 0;
  }

  int delayMillis(int millis) {
    return is(Twin.WAKES_LATE) && millis >= 2 ? millis + 1 : millis;
  }

  int limitMillis(int millis) {
    return is(Twin.TIMES_OUT_EARLY) && millis >= 2 ? millis - 1 : millis;
  }

  int valueNumber(int number) {
    return is(Twin.SWAPS_VALUES) ? number ^ 1 : number;
  }

  void close(Channel<String> channel) {
    if (!is(Twin.DOES_NOT_CLOSE)) {
      channel.close();
    }
  }

  void takeTwice(Op.Choose choose, List<Channel<String>> channels) {
    if (is(Twin.TAKES_TWICE)) {
      for (Op.Choose.Case each : choose.cases()) {
        if (!each.sends()) {
          channels.get(each.channel()).tryReceive();
        }
      }
    }
  }
}
