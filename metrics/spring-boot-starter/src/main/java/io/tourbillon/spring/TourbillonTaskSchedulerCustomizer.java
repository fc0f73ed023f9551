package io.tourbillon.spring;

/**
 * A bean of this type sets options of the {@link TourbillonTaskScheduler} that the starter builds,
 * such as an executor of your own. It is called after the properties {@code
 * tourbillon.scheduling.*} were applied, so it has the last word. Several customizers are called in
 * the order of {@link org.springframework.core.annotation.Order}.
 */
@FunctionalInterface
public interface TourbillonTaskSchedulerCustomizer {
  /** Sets options; called once, by the thread that creates the bean. */
  void customize(TourbillonTaskSchedulerBuilder builder);
}
