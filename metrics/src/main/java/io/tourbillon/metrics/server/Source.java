package io.tourbillon.metrics.server;

import org.eclipse.jetty.server.Request;

/** Answers the requests for one path. Called by many threads at once. */
@FunctionalInterface
interface Source {
  Answer answer(Request request) throws Exception;
}
