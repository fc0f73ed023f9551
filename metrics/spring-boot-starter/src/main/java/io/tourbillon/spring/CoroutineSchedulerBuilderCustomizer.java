package io.tourbillon.spring;

import io.tourbillon.coroutine.CoroutineScheduler;

/**
 * A bean of this type sets options of the coroutine scheduler that the starter builds, such as the
 * handler of stalls. It is called after the properties {@code tourbillon.coroutines.*} were
 * applied, so it has the last word. Several customizers are called in the order of {@link
 * org.springframework.core.annotation.Order}.
 */
@FunctionalInterface
public interface CoroutineSchedulerBuilderCustomizer {
  /** Sets options; called once, by the thread that creates the bean. */
  void customize(CoroutineScheduler.Builder builder);
}
