using LocalHost.Commands;

return await RunCommand.Create().Parse(args).InvokeAsync();
