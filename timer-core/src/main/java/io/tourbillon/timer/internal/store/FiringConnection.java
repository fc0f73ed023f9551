package io.tourbillon.timer.internal.store;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A connection for the handler of a firing, whose transaction ends with the handler and not before.
 * Closing it has no effect, so that it may stand in a {@code try}.
 */
final class FiringConnection implements InvocationHandler {
  private static final Set<String> ENDINGS = Set.of("commit", "rollback", "setAutoCommit", "abort");

  private final Connection connection;

  private FiringConnection(Connection connection) {
    this.connection = connection;
  }

  static Connection of(Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            FiringConnection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            new FiringConnection(connection));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    String name = method.getName();
    if (name.equals("close")) {
      return null;
    }
    boolean toSavepoint = name.equals("rollback") && arguments != null;
    if (ENDINGS.contains(name) && !toSavepoint) {
      throw new SQLException(
          "a handler must not call "
              + name
              + " of the connection of its firing: the transaction is committed when the handler"
              + " returns, and rolled back when it throws");
    }
    try {
      return method.invoke(connection, arguments);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }
}
