package io.tourbillon.metrics.server;

import org.eclipse.jetty.server.Request;

/** Makes the responses to the requests for one path. Several threads may call it at once. */
interface Source {
  /**
   * Makes a response.
   *
   * @param memory for the bytes of the response, if there may be many
   * @throws NotNowException if the response cannot be made now, for example because other responses
   *     hold the memory
   */
  Answer answer(Request request, HeldBytes memory) throws Exception;

  /**
   * Returns whether a response takes so little time and memory that the threads that read requests
   * may make it. A few other threads make all other responses, and requests wait for these threads.
   */
  default boolean isQuick() {
    return false;
  }
}
