package io.tourbillon.coroutine.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.TestSchedulers;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/** Accepts a connection when no file may be opened any more, and once more when some may. */
final class FewFilesProgram {
  private FewFilesProgram() {}

  public static void main(String[] args) {
    try (CoroutineScheduler scheduler = TestSchedulers.oneLoop()) {
      scheduler.spawn(FewFilesProgram::run).join();
    }
  }

  private static void run() throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (TcpListener listener = TcpListener.open(any)) {
      greet(listener); // Loads all classes.
      Deque<FileInputStream> files = openAll();
      files.removeLast().close();
      try (TcpConnection client = TcpConnection.connect(listener.localAddress())) {
        for (int attempt = 0; attempt < 3; attempt++) {
          try {
            listener.accept().close();
            System.out.println("accepted");
          } catch (IOException failure) {
            System.out.println(failure.getMessage());
          }
        }
        while (!files.isEmpty()) {
          files.removeLast().close();
        }
        try (TcpConnection server = listener.accept()) {
          server.write(UTF_8.encode("late"));
        }
        System.out.println(read(client));
      }
      greet(listener);
    }
  }

  private static Deque<FileInputStream> openAll() {
    Deque<FileInputStream> files = new ArrayDeque<>();
    while (true) {
      try {
        files.add(new FileInputStream("/dev/null"));
      } catch (IOException noMore) {
        return files;
      }
    }
  }

  private static void greet(TcpListener listener) throws IOException {
    try (TcpConnection client = TcpConnection.connect(listener.localAddress());
        TcpConnection server = listener.accept()) {
      server.write(UTF_8.encode("hello"));
      server.shutdownOutput();
      System.out.println(read(client));
    }
  }

  private static String read(TcpConnection connection) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(100);
    while (connection.read(buffer) >= 0) {
      // Until the end.
    }
    return UTF_8.decode(buffer.flip()).toString();
  }
}
