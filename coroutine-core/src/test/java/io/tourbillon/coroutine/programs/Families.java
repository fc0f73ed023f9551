package io.tourbillon.coroutine.programs;

import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.programs.Frame.Signal;
import io.tourbillon.coroutine.programs.Frame.Signal.Stop;
import io.tourbillon.coroutine.programs.World.Mind;
import io.tourbillon.coroutine.programs.World.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The part of the {@link Rules} about scopes and their children. */
final class Families {
  private final Rules rules;

  Families(Rules rules) {
    this.rules = rules;
  }

  /** Adds a child to the innermost scope in the text, if there is one. */
  void addChild(Mind mind, Op.Child child) {
    int number = scopeAround(mind);
    if (number < 0) {
      return;
    }
    World.Scope scope = rules.world.scopes[number];
    if (scope.closed()) {
      rules.log(mind, child + ": refused");
      return;
    }
    rules.world.scopes[number] = scope.withLeft(World.with(scope.left(), child.coroutine()));
    rules.start(child.coroutine(), child.body(), number, number);
    if (scope.ending()) {
      boolean _ = rules.cancel(rules.world.minds[child.coroutine()]);
    }
  }

  /** Returns the innermost scope in the text; -1 if there is none. */
  private static int scopeAround(Mind mind) {
    for (Frame frame = mind.frame; frame != null; frame = frame.outer) {
      if (frame.op instanceof Op.Scope || frame.op == null) {
        return frame.number;
      }
    }
    return -1;
  }

  /** Ends the innermost scope in the text, which is no failure. */
  void endScope(Mind mind) {
    int scope = scopeAround(mind);
    if (scope >= 0) {
      endScope(scope, false, false);
    }
  }

  /** Opens a scope. Returns its number. */
  int open(Mind mind, Op.Scope scope) {
    int limitAt = scope.limit() == 0 ? World.NEVER : rules.world.now + scope.limit();
    int number = rules.world.scopes.length;
    rules.world.scopes = Arrays.copyOf(rules.world.scopes, number + 1);
    rules.world.scopes[number] =
        new World.Scope(
            scope, mind.number, List.of(), false, false, false, "", World.NEVER, limitAt);
    return number;
  }

  /** Closes the innermost scope, and waits for its children. */
  void closeScope(Mind mind, @Nullable Signal thrown) {
    Frame frame = Objects.requireNonNull(mind.frame);
    Signal pending = thrown;
    if (thrown instanceof Stop stop && stop.depth() == frame.depth) {
      // The join of the scope decides; a cancellation that came at the same time may count there.
      pending = Objects.requireNonNullElse(rules.stopOf(mind), thrown);
    }
    mind.frame = frame.lastPart(List.of(), pending);
    mind.op = null;
    mind.status = Status.WAITING;
    endScope(frame.number, true, false);
    if (rules.world.scopes[frame.number].left().isEmpty()) {
      rules.exchanges.resume(mind, ""); // Others may have their turns first.
    }
  }

  /** Leaves a scope whose children have ended. Returns false if the turn is over. */
  boolean leaveScope(Mind mind) {
    Frame frame = Objects.requireNonNull(mind.frame);
    World.Scope scope = rules.world.scopes[frame.number];
    Signal pending = frame.pending;
    boolean isOwn = pending instanceof Stop stop && stop.depth() == frame.depth;
    mind.frame = frame.outer;
    if (pending != null && !isOwn) {
      return rules.leave(mind, pending);
    }
    boolean failed = !scope.cause().isEmpty() && !scope.won();
    rules.log(mind, failed ? "scope " + scope.cause() : "scope done");
    return true;
  }

  /** Fails a scope, which cancels its children and tells its opener. */
  void fail(int number, String cause) {
    World.Scope scope = rules.world.scopes[number];
    rules.world.scopes[number] = scope.failed(cause, rules.world.now);
    cancelChildren(scope);
    rules.disturb(rules.world.minds[scope.opener()]);
  }

  private void endScope(int number, boolean closes, boolean wins) {
    World.Scope scope = rules.world.scopes[number];
    boolean cancels = closes || !scope.ending();
    rules.world.scopes[number] = scope.ended(closes, wins);
    if (cancels) {
      cancelChildren(scope);
    }
  }

  private void cancelChildren(World.Scope scope) {
    for (int child : new ArrayList<>(scope.left())) {
      boolean _ = rules.cancel(rules.world.minds[child]);
    }
  }

  /** A child has ended. */
  void leaveFamily(Mind mind, String how) {
    int number = mind.memberOf;
    World.Scope scope = rules.world.scopes[number];
    scope = scope.withLeft(World.without(scope.left(), mind.number));
    rules.world.scopes[number] = scope;
    boolean failed = how.startsWith("failed");
    if (!scope.ending()) {
      if (failed && scope.policy() == Policy.FAIL_FAST) {
        fail(number, how);
      } else if (failed && scope.policy() == Policy.FIRST_SUCCESS) {
        rules.world.scopes[number] = scope.noting(how);
      } else if (how.equals("done") && scope.policy() == Policy.FIRST_SUCCESS) {
        endScope(number, false, true);
      }
    }
    Mind opener = rules.world.minds[scope.opener()];
    Frame frame = opener.frame;
    if (rules.world.scopes[number].left().isEmpty()
        && opener.status == Status.WAITING
        && opener.op == null
        && frame != null
        && frame.op instanceof Op.Scope
        && frame.number == number) {
      rules.exchanges.resume(opener, "");
    }
  }
}
