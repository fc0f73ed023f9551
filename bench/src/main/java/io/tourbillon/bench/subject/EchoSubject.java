package io.tourbillon.bench.subject;

/**
 * A TCP server on the loopback address that sends back what it receives, on each connection until
 * the client ends it.
 */
public interface EchoSubject extends AutoCloseable {
  /** The most bytes that a server receives at once; a message of a client is shorter. */
  int BUFFER_BYTES = 1024;

  /** The connections that may wait to be accepted. */
  int BACKLOG = 1024;

  /** Returns the port on which it listens. */
  int port();

  /** Ends the server. Called when its clients are gone. */
  @Override
  void close();
}
