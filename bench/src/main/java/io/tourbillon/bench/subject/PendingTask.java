package io.tourbillon.bench.subject;

/** The task of a timer that is not meant to come due while it is looked at. */
public final class PendingTask extends SubjectTask {
  /** Makes as many tasks as there are places: in a server, each connection has its own. */
  public static SubjectTask[] forPlaces(int places) {
    SubjectTask[] tasks = new SubjectTask[places];
    for (int place = 0; place < places; place++) {
      tasks[place] = new PendingTask();
    }
    return tasks;
  }

  /** Does nothing: that a timer came due is found out when it can not be cancelled. */
  @Override
  public void run() {}
}
