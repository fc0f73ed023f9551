package io.tourbillon.timer;

import io.tourbillon.timer.internal.AccountableTask;
import io.tourbillon.timer.internal.CreationSite;
import io.tourbillon.timer.internal.Refusals;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A task with what is known of it besides: a tag, where it was scheduled, and the wrapper in which
 * it runs. It stands in the place of the task wherever the service runs, reports or hands back one.
 */
final class NotedTask implements AccountableTask {
  /** The task of a user, or the {@link AccountableTask} of an adapter. */
  private final Runnable task;

  /** What runs. */
  private final Runnable body;

  private final @Nullable String tag;
  private final @Nullable StackTraceElement site;

  /**
   * Whether the wrapper has run the task of an adapter. Written by the thread of the run; runs of a
   * timer follow each other.
   */
  private boolean hasRun;

  /**
   * Makes a task.
   *
   * @throws NullPointerException if the decorator returns null
   */
  NotedTask(
      Runnable task,
      @Nullable TaskDecorator decorator,
      @Nullable String tag,
      @Nullable StackTraceElement site) {
    this.task = task;
    this.tag = tag;
    this.site = site;
    body = decorator == null ? task : decorate(decorator);
  }

  private Runnable decorate(TaskDecorator decorator) {
    Runnable inner = task instanceof AccountableTask ? new Inner() : task;
    return Objects.requireNonNull(
        decorator.decorate(inner), "the task decorator must return a task");
  }

  /** The tag of an entry of a wheel that is known by its id, or null. */
  static @Nullable String tagOf(@Nullable Runnable task) {
    return task instanceof NotedTask noted ? noted.tag : null;
  }

  /** Where a task was scheduled, or null. */
  static @Nullable StackTraceElement siteOf(@Nullable Runnable task) {
    return task instanceof NotedTask noted ? noted.site : null;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // Without a decorator both are one object.
  public void run() {
    if (!(task instanceof AccountableTask accountable) || body == task) {
      body.run();
      return;
    }
    hasRun = false;
    Throwable failure = null;
    try {
      body.run();
    } catch (Throwable thrown) {
      failure = thrown;
      throw thrown;
    } finally {
      if (!hasRun) {
        accountable.refused(Refusals.of(Refusals.NOT_RUN_BY_DECORATOR, failure));
      }
    }
  }

  @Override
  public void cancelled() {
    if (task instanceof AccountableTask accountable) {
      accountable.cancelled();
    }
  }

  @Override
  public void refused(RejectedExecutionException why) {
    if (task instanceof AccountableTask accountable) {
      accountable.refused(why);
    }
  }

  @Override
  public void handedBack(RejectedExecutionException why) {
    if (task instanceof AccountableTask accountable) {
      accountable.handedBack(why);
    }
  }

  @Override
  public @Nullable Runnable passedIn() {
    return task instanceof AccountableTask accountable ? accountable.passedIn() : task;
  }

  @Override
  public Class<?> taskType() {
    return task instanceof AccountableTask accountable ? accountable.taskType() : task.getClass();
  }

  /**
   * What a service notes of each task when it is scheduled. Immutable. A service that notes nothing
   * pays two tests.
   *
   * @param decorator wraps each task; null for none
   * @param recordSites whether to find out where each task is scheduled
   */
  record Notes(@Nullable TaskDecorator decorator, boolean recordSites) {
    static final Notes NONE = new Notes(null, false);

    /** Returns what is armed for a task: the task itself if there is nothing to note. */
    Runnable note(Runnable task) {
      return decorator == null && !recordSites ? task : note(task, null);
    }

    /** Returns what is armed for a task without a handle, which has no other place for its tag. */
    Runnable note(Runnable task, @Nullable String tag) {
      if (decorator == null && !recordSites && tag == null) {
        return task;
      }
      return new NotedTask(task, decorator, tag, recordSites ? CreationSite.find() : null);
    }
  }

  /** What the decorator gets for the task of an adapter. */
  private final class Inner implements Runnable {
    @Override
    public void run() {
      hasRun = true;
      task.run();
    }

    @Override
    public String toString() {
      return task.toString();
    }
  }
}
