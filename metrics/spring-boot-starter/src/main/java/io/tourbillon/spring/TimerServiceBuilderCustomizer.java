package io.tourbillon.spring;

import io.tourbillon.timer.TimerService;

/**
 * A bean of this type sets options of the timer service that the starter builds, such as a listener
 * or a decorator. It is called after the properties {@code tourbillon.timers.*} were applied, so it
 * has the last word. Several customizers are called in the order of {@link
 * org.springframework.core.annotation.Order}.
 */
@FunctionalInterface
public interface TimerServiceBuilderCustomizer {
  /** Sets options; called once, by the thread that creates the bean. */
  void customize(TimerService.Builder builder);
}
