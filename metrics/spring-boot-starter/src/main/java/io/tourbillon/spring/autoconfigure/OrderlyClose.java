package io.tourbillon.spring.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Closes a service in its phase when the context is closed, before beans are destroyed. A context
 * that is only stopped or paused leaves the service open, because a closed one could not be started
 * again.
 *
 * <p>Closing waits for at most the grace of the service and a second, also if that is longer than
 * Spring's limit for a phase.
 */
final class OrderlyClose
    implements SmartLifecycle, ApplicationContextAware, ApplicationListener<ContextClosedEvent> {
  private final int phase;
  private final Runnable close;

  /** Set before the bean is used. */
  private @Nullable ApplicationContext context;

  // Spring may call from several threads, such as its own and that of a restart.
  private volatile boolean closing;
  private volatile boolean running;

  OrderlyClose(int phase, Runnable close) {
    this.phase = phase;
    this.close = close;
  }

  @Override
  public void setApplicationContext(ApplicationContext applicationContext) {
    context = applicationContext;
  }

  @Override
  public void onApplicationEvent(ContextClosedEvent event) {
    if (event.getApplicationContext().equals(context)) {
      closing = true;
    }
  }

  @Override
  public int getPhase() {
    return phase;
  }

  @Override
  public boolean isPauseable() {
    return false;
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    if (closing) {
      running = false;
      close.run();
    }
  }
}
