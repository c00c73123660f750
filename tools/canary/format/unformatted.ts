export const   ugly = "yes"
