package io.tourbillon.metrics.server;

import org.eclipse.jetty.server.Request;

/** Answers the requests for one path. Called by several threads at once. */
interface Source {
  /**
   * Makes an answer.
   *
   * @param memory for the bytes of the answer, if they may be many
   * @throws NotNowException if it cannot be made now, as when other answers hold the memory
   */
  Answer answer(Request request, HeldBytes memory) throws Exception;

  /**
   * True if it takes so little time and memory that the threads which read requests may make it;
   * other answers are made by few threads, for which requests wait.
   */
  default boolean isQuick() {
    return false;
  }
}
