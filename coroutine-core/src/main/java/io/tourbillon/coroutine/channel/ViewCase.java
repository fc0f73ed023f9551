package io.tourbillon.coroutine.channel;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A case that receives from a view. In a wait, the cases of the channels below stand for it. */
final class ViewCase<T, R extends @Nullable Object> extends SelectCase<R> {
  private final SourceView<T> view;
  private final Function<Received<T>, ? extends Supplier<? extends R>> outcome;

  ViewCase(SourceView<T> view, Function<Received<T>, ? extends Supplier<? extends R>> outcome) {
    this.view = view;
    this.outcome = outcome;
  }

  @Override
  void begin() {
    view.begin();
  }

  @Override
  void end() {
    view.end();
  }

  @Override
  @Nullable Supplier<? extends R> tryAlone() {
    Received<T> received = view.poll();
    return received == null ? new Step<R>(() -> null) : outcomeOf(received);
  }

  private @Nullable Supplier<? extends R> outcomeOf(Received<T> received) {
    return received instanceof Received.Empty<T> ? null : outcome.apply(received);
  }

  @Override
  void addCases(List<SelectCase<R>> cases) {
    view.addCases(cases, this::outcomeOf);
  }

  @Override
  long nanosToNextTry() {
    return view.nanosToNextPoll();
  }

  @Override
  public String toString() {
    return "receiving from " + view;
  }
}
