package io.tourbillon.coroutine.programs;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.ChannelClosedException;
import io.tourbillon.coroutine.channel.Select;
import io.tourbillon.coroutine.channel.SelectCase;
import io.tourbillon.coroutine.sync.Mutex;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The operations of the {@link Interpreter} that may wait. */
final class Waits {
  private final Ledger ledger;
  private final AtomicReferenceArray<@Nullable Coroutine<Integer>> handles;
  private final List<Channel<String>> channels;
  private final List<Mutex> mutexes;
  private final Faults faults;
  private final Transfers transfers;

  Waits(
      Ledger ledger,
      AtomicReferenceArray<@Nullable Coroutine<Integer>> handles,
      List<Channel<String>> channels,
      List<Mutex> mutexes,
      Faults faults) {
    this.ledger = ledger;
    this.handles = handles;
    this.channels = channels;
    this.mutexes = mutexes;
    this.faults = faults;
    transfers = new Transfers(ledger);
  }

  void checkRest() {
    transfers.check();
  }

  /** Does an operation that may wait, and notes what stops it. */
  String await(Ledger.Self self, Op op) {
    try {
      return result(self, op);
    } catch (CoroutineCancelledException stop) {
      Throwable cause = stop.getCause();
      String kind =
          cause == null ? "cancel" : cause instanceof TimeoutException ? "limit" : "scope";
      self.log("stopped by " + kind);
      throw stop;
    } catch (RuntimeException unexpected) {
      ledger.require(false, op + " throws " + unexpected);
      throw unexpected;
    }
  }

  private String result(Ledger.Self self, Op op) {
    long beginNanos = ledger.now();
    try {
      return switch (op) {
        case Op.Delay delay -> {
          Coroutines.delay(faults.delayMillis(delay.millis()), MILLISECONDS);
          ledger.requireNotEarly(beginNanos, delay.millis(), op);
          yield "awake";
        }
        case Op.Join join -> join + ": " + join(join);
        case Op.Send send -> send(self, send);
        case Op.Receive receive -> receive(self, receive);
        case Op.Choose choose -> choose(self, choose, beginNanos);
        case Op.Lock lock -> lock(lock, beginNanos);
        default -> throw new AssertionError(op);
      };
    } catch (TimeoutException late) {
      ledger.requireNotEarly(beginNanos, limitOf(op), op);
      return "late";
    }
  }

  private static int limitOf(Op op) {
    return switch (op) {
      case Op.Join join -> join.limit();
      case Op.Send send -> send.limit();
      case Op.Receive receive -> receive.limit();
      default -> 0;
    };
  }

  private String join(Op.Join join) throws TimeoutException {
    Coroutine<Integer> handle = handles.get(join.coroutine());
    if (handle == null) {
      return "absent";
    }
    try {
      int value = join.limit() == 0 ? handle.join() : handle.join(Duration.ofMillis(join.limit()));
      ledger.require(value == join.coroutine(), join + " has returned " + value);
      return "done";
    } catch (CompletionException ended) {
      return Ledger.textOf(ended.getCause());
    } catch (CancellationException stop) {
      throw stop;
    } catch (IllegalStateException itself) {
      return "refused";
    }
  }

  /** Cancels a coroutine. Does not wait. */
  boolean cancel(int number) {
    Coroutine<Integer> handle = handles.get(number);
    return handle != null && (faults.losesCancellation() || handle.cancel("the program says so"));
  }

  // Channels.

  private String nextValue(Ledger.Self self) {
    return self.number + "." + faults.valueNumber(self.nextValue());
  }

  private String send(Ledger.Self self, Op.Send send) throws TimeoutException {
    Channel<String> channel = channels.get(send.channel());
    String value = nextValue(self);
    try {
      transfers.sending(value);
      if (send.limit() == 0) {
        channel.send(value);
      } else {
        channel.send(value, Duration.ofMillis(send.limit()));
      }
      return sent(send.channel(), value);
    } catch (ChannelClosedException _) {
      return "closed " + Program.channelName(send.channel());
    }
  }

  private String sent(int channel, String value) {
    transfers.sent(value);
    return Exchanges.sent(channel, value);
  }

  private String receive(Ledger.Self self, Op.Receive receive) throws TimeoutException {
    Channel<String> channel = channels.get(receive.channel());
    try {
      String value =
          receive.limit() == 0
              ? channel.receive()
              : channel.receive(Duration.ofMillis(receive.limit()));
      return received(self, receive.channel(), value);
    } catch (ChannelClosedException _) {
      return "closed " + Program.channelName(receive.channel());
    }
  }

  private String received(Ledger.Self self, int channel, String value) {
    transfers.received(channel, self.number, value);
    return Exchanges.received(channel, value);
  }

  private String choose(Ledger.Self self, Op.Choose choose, long beginNanos) {
    List<SelectCase<String>> cases = new ArrayList<>();
    for (Op.Choose.Case each : choose.cases()) {
      Channel<String> channel = channels.get(each.channel());
      if (each.sends()) {
        String value = nextValue(self);
        transfers.sending(value);
        cases.add(Select.onSend(channel, value, () -> sent(each.channel(), value)));
      } else {
        cases.add(Select.onReceive(channel, value -> received(self, each.channel(), value)));
      }
    }
    if (choose.limit() > 0) {
      Duration limit = Duration.ofMillis(choose.limit());
      cases.add(
          Select.onTimeout(
              limit,
              () -> {
                ledger.requireNotEarly(beginNanos, choose.limit(), choose);
                return "late";
              }));
    }
    try {
      String result = Select.<String>of(cases).await();
      faults.takeTwice(choose, channels);
      return result;
    } catch (ChannelClosedException closed) {
      return closedOneOf(choose, closed);
    }
  }

  /** Names the channel that the select has found closed. */
  private String closedOneOf(Op.Choose choose, ChannelClosedException closed) {
    for (Op.Choose.Case each : choose.cases()) {
      if (String.valueOf(closed.getMessage()).contains(Faults.nameOf(each.channel()))) {
        return "closed " + Program.channelName(each.channel());
      }
    }
    return "unexpected " + closed;
  }

  // Mutexes.

  private String lock(Op.Lock lock, long beginNanos) {
    if (faults.is(Twin.DOES_NOT_LOCK)) {
      return "locked";
    }
    Mutex mutex = mutexes.get(lock.mutex());
    try {
      if (lock.limit() == 0) {
        mutex.lock();
      } else if (!mutex.tryLock(Duration.ofMillis(lock.limit()))) {
        ledger.requireNotEarly(beginNanos, lock.limit(), lock);
        return "late";
      }
      return "locked";
    } catch (CancellationException stop) {
      throw stop;
    } catch (IllegalStateException held) {
      return "refused";
    }
  }
}
