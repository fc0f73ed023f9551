package io.tourbillon.coroutine.programs;

import io.tourbillon.coroutine.programs.Frame.Signal.Stop;
import io.tourbillon.coroutine.programs.World.Chan;
import io.tourbillon.coroutine.programs.World.Mind;
import io.tourbillon.coroutine.programs.World.Mutex;
import io.tourbillon.coroutine.programs.World.Status;
import io.tourbillon.coroutine.programs.World.Waiter;
import io.tourbillon.coroutine.programs.World.Why;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The part of the {@link Rules} in which coroutines wait for each other or for a time. */
final class Exchanges {
  private final Rules rules;

  Exchanges(Rules rules) {
    this.rules = rules;
  }

  private World world() {
    return rules.world;
  }

  /** Returns how many values an operation may send. */
  static int sends(Op op) {
    return switch (op) {
      case Op.Send _ -> 1;
      case Op.Choose choose -> (int) choose.cases().stream().filter(Op.Choose.Case::sends).count();
      default -> 0;
    };
  }

  // Waiting.

  /** Begins a delay. Returns false if the turn is over. */
  boolean delay(Mind mind, Op.Delay delay) {
    mind.op = delay;
    Stop stop = rules.stopOf(mind);
    if (stop != null) {
      rules.log(mind, "stopped by " + stop.kind());
      return rules.leave(mind, stop);
    }
    if (delay.millis() == 0) {
      mind.why = Why.DELAYED;
    } else {
      mind.status = Status.WAITING;
      mind.dueAt = world().now + delay.millis();
    }
    return false;
  }

  private void await(Mind mind, int limit) {
    mind.status = Status.WAITING;
    mind.dueAt = limit == 0 ? World.NEVER : world().now + limit;
  }

  /** Ends a wait with a result. */
  void resume(Mind mind, String result) {
    leaveQueues(mind);
    mind.dueAt = World.NEVER;
    mind.status = Status.READY;
    mind.why = Why.DONE;
    mind.result = result;
  }

  List<Mind> joinersOf(Mind ended) {
    List<Mind> joiners = new ArrayList<>();
    for (Mind mind : world().minds) {
      if (mind.status == Status.WAITING
          && mind.op instanceof Op.Join join
          && join.coroutine() == ended.number) {
        joiners.add(mind);
      }
    }
    return joiners;
  }

  void leaveQueues(Mind mind) {
    World world = world();
    for (int number = 0; number < world.channels.length; number++) {
      Chan channel = world.channels[number];
      if (isIn(channel.receivers(), mind) || isIn(channel.senders(), mind)) {
        world.channels[number] =
            new Chan(
                channel.capacity(),
                channel.closed(),
                channel.buffer(),
                without(channel.receivers(), mind),
                without(channel.senders(), mind));
      }
    }
    for (int number = 0; number < world.mutexes.length; number++) {
      Mutex mutex = world.mutexes[number];
      if (mutex.queue().contains(mind.number)) {
        world.mutexes[number] =
            new Mutex(mutex.holder(), World.without(mutex.queue(), (Integer) mind.number));
      }
    }
  }

  private static boolean isIn(List<Waiter> queue, Mind mind) {
    return queue.stream().anyMatch(waiter -> waiter.mind() == mind.number);
  }

  private static List<Waiter> without(List<Waiter> queue, Mind mind) {
    return queue.stream().filter(waiter -> waiter.mind() != mind.number).toList();
  }

  /** Begins an operation that may wait; the coroutine was not cancelled. */
  void begin(Mind mind, Op op) {
    switch (op) {
      case Op.Join join -> {
        Mind joined = world().minds[join.coroutine()];
        if (joined.status == Status.ENDED) {
          finish(mind, joined.end);
        } else {
          await(mind, join.limit());
        }
      }
      case Op.Lock lock -> lock(mind, lock);
      case Op.Send send ->
          choose(mind, List.of(new Op.Choose.Case(send.channel(), true)), send.limit());
      case Op.Receive receive ->
          choose(mind, List.of(new Op.Choose.Case(receive.channel(), false)), receive.limit());
      case Op.Choose choose -> choose(mind, choose.cases(), choose.limit());
      default -> throw new IllegalStateException("it does not wait: " + op);
    }
  }

  private void finish(Mind mind, String result) {
    mind.result = result;
    done(mind);
  }

  /** Goes on after an operation that has got what it waited for. */
  void done(Mind mind) {
    Op op = mind.op;
    String result = Objects.requireNonNull(mind.result);
    mind.result = null;
    switch (op) {
      case null -> {
        Frame frame = Objects.requireNonNull(mind.frame);
        if (!frame.last) {
          rules.families.closeScope(mind, null);
        } else if (rules.families.leaveScope(mind)) {
          rules.goOn(mind);
        }
        return;
      }
      case Op.Join join -> {
        if (joinIsStopped(mind, result)) {
          return;
        }
        rules.log(mind, join + ": " + result);
      }
      case Op.Lock lock -> {
        rules.log(mind, result + " " + lock.mutex());
        if (result.equals("locked")) {
          mind.frame = Objects.requireNonNull(mind.frame).enter(op, lock.body(), lock.mutex());
        }
      }
      default -> rules.log(mind, result);
    }
    rules.goOn(mind);
  }

  /** A caller that is cancelled with the one it joins may see either. */
  private boolean joinIsStopped(Mind mind, String result) {
    Stop stop = result.equals("cancelled") ? rules.stopOf(mind) : null;
    if (stop == null || rules.choose(2) == 0) {
      return false;
    }
    rules.stopped(mind, stop);
    return true;
  }

  /** At the end of the block of a scope. */
  void joinScope(Mind mind) {
    if (world().scopes[Objects.requireNonNull(mind.frame).number].left().isEmpty()) {
      finish(mind, "");
    } else {
      await(mind, 0);
    }
  }

  // Mutexes.

  private void lock(Mind mind, Op.Lock lock) {
    Mutex mutex = world().mutexes[lock.mutex()];
    if (mutex.holder() == mind.number) {
      finish(mind, "refused");
    } else if (mutex.holder() < 0) {
      world().mutexes[lock.mutex()] = new Mutex(mind.number, mutex.queue());
      finish(mind, "locked");
    } else {
      world().mutexes[lock.mutex()] =
          new Mutex(mutex.holder(), World.with(mutex.queue(), mind.number));
      await(mind, lock.limit());
    }
  }

  /** Hands a mutex over to the one that has waited longest. */
  void unlock(int number) {
    List<Integer> queue = world().mutexes[number].queue();
    if (queue.isEmpty()) {
      world().mutexes[number] = new Mutex(-1, queue);
    } else {
      world().mutexes[number] = new Mutex(queue.getFirst(), World.withoutFirst(queue));
      resume(world().minds[queue.getFirst()], "locked");
    }
  }

  // Channels.

  private void choose(Mind mind, List<Op.Choose.Case> cases, int limit) {
    List<Op.Choose.Case> possible = new ArrayList<>();
    for (Op.Choose.Case each : cases) {
      if (each.sends() ? canSend(each.channel()) : canReceive(each.channel())) {
        possible.add(each);
      }
    }
    if (!possible.isEmpty()) {
      Op.Choose.Case chosen = possible.get(rules.choose(possible.size()));
      finish(
          mind,
          chosen.sends()
              ? send(chosen.channel(), valueOf(mind, cases, chosen))
              : receive(chosen.channel()));
      return;
    }
    for (Op.Choose.Case each : cases) {
      Chan channel = world().channels[each.channel()];
      world().channels[each.channel()] =
          each.sends()
              ? new Chan(
                  channel.capacity(),
                  channel.closed(),
                  channel.buffer(),
                  channel.receivers(),
                  World.with(
                      channel.senders(), new Waiter(mind.number, valueOf(mind, cases, each))))
              : new Chan(
                  channel.capacity(),
                  channel.closed(),
                  channel.buffer(),
                  World.with(channel.receivers(), new Waiter(mind.number, "")),
                  channel.senders());
    }
    await(mind, limit);
  }

  private static String valueOf(Mind mind, List<Op.Choose.Case> cases, Op.Choose.Case one) {
    int number = mind.valueFrom;
    for (Op.Choose.Case each : cases) {
      if (each.equals(one)) {
        break;
      }
      number += each.sends() ? 1 : 0;
    }
    return mind.number + "." + number;
  }

  private boolean canSend(int number) {
    Chan channel = world().channels[number];
    return channel.closed()
        || !channel.receivers().isEmpty()
        || channel.buffer().size() < channel.capacity();
  }

  private boolean canReceive(int number) {
    Chan channel = world().channels[number];
    return channel.closed() || !channel.buffer().isEmpty() || !channel.senders().isEmpty();
  }

  private String send(int number, String value) {
    Chan channel = world().channels[number];
    if (channel.closed()) {
      return "closed " + Program.channelName(number);
    }
    if (channel.receivers().isEmpty()) {
      setBuffer(number, World.with(channel.buffer(), value));
    } else {
      resume(world().minds[channel.receivers().getFirst().mind()], received(number, value));
    }
    return sent(number, value);
  }

  private String receive(int number) {
    Chan channel = world().channels[number];
    List<String> values = channel.buffer();
    if (!channel.senders().isEmpty()) {
      Waiter sender = channel.senders().getFirst();
      resume(world().minds[sender.mind()], sent(number, sender.value()));
      values = World.with(values, sender.value());
    }
    if (values.isEmpty()) {
      return "closed " + Program.channelName(number);
    }
    setBuffer(number, World.withoutFirst(values));
    return received(number, values.getFirst());
  }

  private void setBuffer(int number, List<String> buffer) {
    Chan channel = world().channels[number];
    world().channels[number] =
        new Chan(
            channel.capacity(), channel.closed(), buffer, channel.receivers(), channel.senders());
  }

  /** Nothing more can be sent; what was sent can be received, also from those that wait. */
  void close(int number) {
    Chan channel = world().channels[number];
    world().channels[number] =
        new Chan(
            channel.capacity(), true, channel.buffer(), channel.receivers(), channel.senders());
    for (Waiter waiter : channel.receivers()) {
      resume(world().minds[waiter.mind()], "closed " + Program.channelName(number));
    }
  }

  static String sent(int channel, @Nullable String value) {
    return "sent " + Program.channelName(channel) + " " + value;
  }

  static String received(int channel, String value) {
    return "received " + Program.channelName(channel) + " " + value;
  }
}
