package io.tourbillon.bench.subject;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ThreadFactory;

/** A virtual thread for each connection, which blocks in a socket of the JDK. */
final class ThreadEcho implements EchoSubject {
  private final ServerSocket listener;
  private final Runnable close;

  private ThreadEcho(ThreadFactory threads, Runnable close) throws IOException {
    this.close = close;
    listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    threads.newThread(() -> accept(threads)).start();
  }

  static ThreadEcho ofTheJdk() throws IOException {
    return new ThreadEcho(Thread.ofVirtual().factory(), () -> {});
  }

  static ThreadEcho onOurLoops(int loops) throws IOException {
    CoroutineScheduler scheduler =
        CoroutineScheduler.builder().engine(Engine.VIRTUAL_THREAD).loops(loops).build();
    return new ThreadEcho(scheduler.threadFactory(), scheduler::close);
  }

  private void accept(ThreadFactory threads) {
    try {
      while (true) {
        Socket connection = listener.accept();
        connection.setTcpNoDelay(true); // As all others do.
        threads.newThread(() -> echo(connection)).start();
      }
    } catch (IOException closed) {
      // The measurement is over.
    }
  }

  private static void echo(Socket connection) {
    try (connection) {
      InputStream in = connection.getInputStream();
      OutputStream out = connection.getOutputStream();
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        out.write(buffer, 0, count);
      }
    } catch (IOException gone) {
      // The client has ended, which says so itself if that was too early.
    }
  }

  @Override
  public int port() {
    return listener.getLocalPort();
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException unusable) {
      // It is closed all the same.
    }
    close.run();
  }
}
