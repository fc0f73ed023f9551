package io.tourbillon.spring.autoconfigure;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Closes a service once: in its phase when the context is closed, before beans are destroyed, or
 * else when this bean is destroyed, as after a start that has failed. It is made before the
 * service, and so destroyed after it and all that use it.
 *
 * <p>A context that is only stopped or paused leaves the service open, because a closed one could
 * not be started again.
 *
 * <p>Closing waits for at most the grace of the service and a second, also if that is longer than
 * Spring's limit for a phase. What ignores that is not waited for a second time.
 */
final class OrderlyClose
    implements SmartLifecycle,
        DisposableBean,
        ApplicationContextAware,
        ApplicationListener<ContextClosedEvent> {
  private final int phase;

  /** What closes the service; null before there is one, and from when it is being closed. */
  private final AtomicReference<@Nullable Runnable> close = new AtomicReference<>();

  /** Set before the bean is used. */
  private @Nullable ApplicationContext context;

  // Spring may call from several threads, such as its own and that of a restart.
  private volatile boolean closing;
  private volatile boolean running;

  OrderlyClose(int phase) {
    this.phase = phase;
  }

  /** Sets what closes the service. */
  void closeBy(Runnable close) {
    this.close.set(close);
  }

  private void close() {
    Runnable once = close.getAndSet(null);
    if (once != null) {
      once.run();
    }
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
      close();
    }
  }

  @Override
  public void destroy() {
    close();
  }
}
